"""What people type into a chart, on forms."""
