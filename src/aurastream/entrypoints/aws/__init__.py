"""What the Lambda functions are made of; nothing here works at import."""
