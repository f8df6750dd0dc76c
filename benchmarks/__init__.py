"""What is measured, how to run it, last figures: README.md. Each module is a command of its own; nothing is written into the tree."""
