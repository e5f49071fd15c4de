"""What the register can do with all cities of the GeoNames extract; `make bench-registry`."""
