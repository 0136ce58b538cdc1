"""What the node says of the durability index itself, over several athletes and of no one."""
