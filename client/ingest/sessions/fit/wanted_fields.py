"""Which fields of which FIT messages are taken: a field that is not named here does not reach any reader.

Names are those of the FIT profile.
"""

_TIMES = "timestamp start_time local_timestamp time_created timestamp_ms timestamp_16"
_OF_SESSIONS = "total_timer_time total_elapsed_time total_distance avg_heart_rate max_heart_rate avg_power sport"
WANTED: dict[str, frozenset[str]] = {
    name: frozenset(f"{fields} {_TIMES}".split())
    for name, fields in {
        "file_id": "type manufacturer product garmin_product serial_number",
        "event": "event event_type",
        "session": f"{_OF_SESSIONS} sub_sport",
        "lap": _OF_SESSIONS,
        "hrv": "time",
        "activity": "",
        "weight_scale": "weight user_profile_index",
        "monitoring": "cycles steps activity_type duration_min",
        "monitoring_info": "",
        "monitoring_hr_data": "resting_heart_rate current_day_resting_heart_rate",
        "hrv_status_summary": "last_night_average",
        "hrv_value": "value",
        "beat_intervals": "time",
        "raw_bbi": "time gap",
        "sleep_level": "sleep_level",
        "sleep_assessment": "overall_sleep_score",
    }.items()
}
"""What is kept of each kind of message; of records, the columns of a `Track`. All else is dropped."""
TELLING = frozenset(WANTED) - {"file_id", "event", "monitoring_info"} | {"record"}
"""Kinds of messages that tell what a file is of."""
OF_RECORDS = frozenset({"timestamp", "heart_rate", "speed", "enhanced_speed", "distance", "power"})
"""Fields of a record that become columns of a `Track`."""
