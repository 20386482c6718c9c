"""EnergyPlus's command line as its Python package has it: `python -m sv_energyplus.python_api <options> <model>`."""

import sys


def main(arguments: list[str]) -> int:
    """Run EnergyPlus with its own options; returns its exit code."""
    from pyenergyplus.api import EnergyPlusAPI

    api = EnergyPlusAPI()
    return int(api.runtime.run_energyplus(api.state_manager.new_state(), arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
