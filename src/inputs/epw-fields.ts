/** What a value stands for: the moment at the end of its interval, or the whole interval. */
export type EpwMeaning = "instant" | "energy" | "mean" | "amount";

/** A field of the data rows of an EPW file. */
export interface EpwField {
  /** Place in the row, from 0. */
  index: number;
  name: string;
  /** Of the column as read; energies per area become mean powers per area. */
  unit: string | undefined;
  /** Values from here up mean "not measured". */
  missingFrom: number;
  meaning: EpwMeaning;
  /** An instant that a straight line to the next one would falsify (a direction passes through the opposite one). */
  held?: true;
}

/**
 * Numeric fields of an EPW data row (EnergyPlus, Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary":
 * units, missing codes, and "at the time indicated" against "during the minutes preceding the time indicated").
 */
export const EPW_FIELDS: readonly EpwField[] = [
  field(6, "dry_bulb_temperature", "degC", 99.9, "instant"),
  field(7, "dew_point_temperature", "degC", 99.9, "instant"),
  field(8, "relative_humidity", "%", 999, "instant"),
  field(9, "atmospheric_station_pressure", "Pa", 999_999, "instant"),
  field(10, "extraterrestrial_horizontal_radiation", "W/m2", 9999, "energy"),
  field(11, "extraterrestrial_direct_normal_radiation", "W/m2", 9999, "energy"),
  field(12, "horizontal_infrared_radiation_intensity", "W/m2", 9999, "energy"),
  field(13, "global_horizontal_radiation", "W/m2", 9999, "energy"),
  field(14, "direct_normal_radiation", "W/m2", 9999, "energy"),
  field(15, "diffuse_horizontal_radiation", "W/m2", 9999, "energy"),
  field(16, "global_horizontal_illuminance", "lx", 999_900, "mean"),
  field(17, "direct_normal_illuminance", "lx", 999_900, "mean"),
  field(18, "diffuse_horizontal_illuminance", "lx", 999_900, "mean"),
  field(19, "zenith_luminance", "cd/m2", 9999, "mean"),
  { ...field(20, "wind_direction", "deg", 999, "instant"), held: true },
  field(21, "wind_speed", "m/s", 999, "instant"),
  field(22, "total_sky_cover", undefined, 99, "instant"),
  field(23, "opaque_sky_cover", undefined, 99, "instant"),
  field(24, "visibility", "km", 9999, "instant"),
  field(25, "ceiling_height", "m", 99_999, "instant"),
  field(28, "precipitable_water", "mm", 999, "instant"),
  field(29, "aerosol_optical_depth", undefined, 0.999, "instant"),
  field(30, "snow_depth", "cm", 999, "instant"),
  field(31, "days_since_last_snowfall", "d", 99, "instant"),
  field(32, "albedo", undefined, 999, "instant"),
  field(33, "liquid_precipitation_depth", "mm", 999, "amount"),
  field(34, "liquid_precipitation_quantity", "h", 99, "amount"),
];

function field(
  index: number,
  name: string,
  unit: string | undefined,
  missingFrom: number,
  meaning: EpwMeaning,
): EpwField {
  return { index, name, unit, missingFrom, meaning };
}
