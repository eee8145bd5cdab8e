"""What the domain needs from outside: promises, with no vendor's word in them."""
