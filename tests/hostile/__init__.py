"""What happens when every endpoint of every service is attacked, generated from their documents."""
