"""What is run beside the portal and never imported by it: starting, measuring, photographing."""
