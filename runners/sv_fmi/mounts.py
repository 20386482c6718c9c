"""Where the volumes with FMUs are mounted in a container."""

MOUNT = "/fmus"
TEST_MOUNT = "/fmus-test"
