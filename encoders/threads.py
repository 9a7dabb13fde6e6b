"""How the threads that embed on a CPU share its cores. Importing this loads no torch."""

from importlib import import_module


def one_core_each() -> None:
    """Let an operation of the calling thread use one core, for threads that embed side by side.

    Threads inside an operation meet at its end, and spin until the last one is there. Where the
    cores are shared with decoding processes one of them is always late, and the others burn the
    time in which it could have run: 2 threads in one call took 2 to 20 times the CPU time of two
    calls with a thread each. Some libraries under torch keep the number for the whole process.
    """
    import_module("torch").set_num_threads(1)
