"""Files that bouts are read from: a table of bouts, a table of keypoints, a motion of OpenSim."""
