"""What people see and type: the command line, terminal and web consoles."""
