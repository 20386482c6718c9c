/** What this server sends to each function of a runner, beside what runners of any age take; one that lacks it is outdated. */
export const EXPECTED_ARGUMENTS = {
  fmi: {
    run_fmi_simulation: [
      ...["extras", "tolerance", "output_interval", "timeout_seconds"],
      ...["input_series", "files", "interface_type"],
    ],
    probe_fmu: [],
  },
  energyplus: {
    run_energyplus_simulation: ["extras", "weather_content", "use_test_volume", "period", "timeout_seconds"],
    cleanup_simulation_outputs: [],
  },
} as const;
