"""What ``plan`` prints: costs as tables, from rates that are measured on this machine."""
