/** The runner apps by the name that tools use: Validibot's app names and Python modules. */
export const RUNNER_APPS = {
  fmi: { app: "fmi-runner", module: "sv_fmi.modal_app", functions: ["run_fmi_simulation", "probe_fmu"] },
  energyplus: {
    app: "energyplus-runner",
    module: "sv_energyplus.modal_app",
    functions: ["run_energyplus_simulation", "cleanup_simulation_outputs"],
  },
} as const;
