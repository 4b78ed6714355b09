"""Files that people write: read with bounds, with lines, with every problem at once."""
