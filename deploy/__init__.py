"""Everything operators use: images, the embedded platform and the command line."""
