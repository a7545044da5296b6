package store

const childVariable = "ANTEROOM_STORE_TEST_CHILD"

func child(string) int { return 1 }
