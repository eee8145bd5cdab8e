"""The app over fakes, request by request."""
