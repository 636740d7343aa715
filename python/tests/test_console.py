"""The command `nines` that comes with the package: the program, with its exit codes."""

import os
import signal
import subprocess
import sys

import pytest

import nines


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("--version", 0, f"nines {nines.__version__}"),
        ("", 0, "which nine a driving policy has reached"),
        ("run --policy comon-sense", 2, "did you mean `common-sense`"),
        ("run", 2, "--policy"),
        ("run no-such --policy idm", 4, "no scenario matches"),
        ("run ./no-such.yaml --policy idm", 5, "no-such.yaml"),
        ("run child-at-curb --policy parked --rollouts 512 --seed 1 --out a", 0, "Wrote a"),
        ("gate a --nines 1", 1, "refuted"),
        ("gate a --nines 1 --scope odd", 2, "--odd"),
        ("run child-at-curb --policy parked --rollouts 512 --seed 1 --out a", 6, "exists already"),
        ("verify a", 0, ""),
        ("replay a child-at-curb/worst", 0, ""),
        ("explain no-such-code", 4, "no-such-code"),
    ],
)
def test_words_and_exit_codes(line, code, words, nines_command, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "console"
    folder.mkdir(exist_ok=True)
    done = subprocess.run([*nines_command, *line.split()], cwd=folder, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_what_the_program_says(nines_command, program, tmp_path):
    for line in ["scenario list --format json", "schema summary", "policies -v", "run --help", "gate no-such", "explain"]:
        ours, theirs = (subprocess.run([*c, *line.split()], cwd=tmp_path, capture_output=True) for c in (nines_command, [program]))
        assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr), line


def test_what_a_policy_panics_with_is_a_result(nines_command, tmp_path):
    done = subprocess.run(
        [*nines_command, *"run child-at-curb --policy panic --rollouts 64 --seed 1 --out a".split()],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and "panicked" not in done.stderr and "64 rollouts" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_stop_it_as_they_stop_the_program(number, code, nines_command, tmp_path):
    line = "run child-at-curb --policy common-sense --rollouts 1G --out a --progress lines".replace("1G", "1000M").split()
    with subprocess.Popen([*nines_command, *line, "-vv"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as child:
        for words in child.stderr:
            if "failures" in words:
                break
        child.send_signal(number)
        rest = child.stderr.read()
        assert child.wait(timeout=30) == code, rest
    assert "stopping" in rest and "--resume" in rest and "nines run child-at-curb" in rest and "Traceback" not in rest
    assert nines.load(tmp_path / "a").status == "interrupted"


def test_a_closed_pipe_is_no_error(nines_command):
    with subprocess.Popen([*nines_command, "scenarios"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.close()
        assert child.wait(timeout=20) == 0 and child.stderr.read() == b""


def test_it_is_a_module_too():
    done = subprocess.run([sys.executable, "-m", "nines", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"nines {nines.__version__}\n"
