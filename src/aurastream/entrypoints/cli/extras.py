"""What to install where a package is missing: no command needs all of them."""

EXTRAS = {
    "local": ("click", "rich", "uvicorn", "httpx", "python_multipart", "numpy", "py3langid"),
    "aws": ("boto3", "botocore"),
    "lexicon": ("vaderSentiment",),
    "onnx": ("onnxruntime", "tokenizers"),
}
"""The packages that each extra of ours brings, as they are imported."""


def to_install(missing: ModuleNotFoundError) -> str | None:
    """What to do about it; nothing where it is no package of an extra."""
    package = str(missing.name or "").partition(".")[0]
    extra = next((extra for extra, packages in EXTRAS.items() if package in packages), None)
    return extra and f"the package {package} is missing; install it with pip install 'aurastream[{extra}]'"
