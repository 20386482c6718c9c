"""The app `fmi-runner`: simulates FMUs with FMPy, each in a process of its own."""
