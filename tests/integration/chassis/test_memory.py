"""What a process of the product keeps of the memory that it no longer needs."""

import subprocess
import sys

HASH = 19  # MiB, of one password
AFTER_HASHES = """
import threading
from pathlib import Path
from argon2 import PasswordHasher
from services.identity.domain.signing_in import HASHING
from shared.memory import keep_little

def held():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) // 1024

keep_little()
hasher = PasswordHasher(**HASHING._asdict(), parallelism=1)
hasher.hash("first")
before = held()
done = threading.Barrier(5)
def hash_often():
    for _ in range(3):
        hasher.hash("a quiet harbour 1")
    done.wait()
    done.wait()
threads = [threading.Thread(target=hash_often) for _ in range(4)]
for one in threads:
    one.start()
done.wait()
print(held() - before)
done.wait()
"""


def kept_after_hashes() -> int:
    """Return the MiB that four threads of a new process hold after each has hashed passwords."""
    done = subprocess.run([sys.executable, "-c", AFTER_HASHES], capture_output=True, text=True, check=True)
    return int(done.stdout)


class TestMemory:
    def test_of_a_password_is_given_back_when_it_is_hashed(self) -> None:
        assert kept_after_hashes() < HASH
