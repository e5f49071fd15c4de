"""The command `worldcities`: what operators and newcomers type."""
