package main

// fakeSystemctl has no use on Windows.
func fakeSystemctl() {}
