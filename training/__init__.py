"""How the embedded engine's model is made: from labelled texts to one model file and its card."""
