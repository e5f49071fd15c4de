"""What the containers of docker-compose.yml need beside their images."""
