package main

import (
	"fmt"
	"os"
	"strings"
)

// fakeOnePassword is 1Password's command as pointers.txtar has it on its PATH: it knows one value, $STORED.
func fakeOnePassword() {
	f, err := os.OpenFile(os.Getenv("ASKED"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(f, strings.Join(os.Args[1:], " "))
	}
	if err != nil {
		panic(err)
	}
	if strings.Join(os.Args[1:], " ") != "read --no-newline op://Private/shop/password" {
		fmt.Fprintln(os.Stderr, "[ERROR] 2026/11/30 12:00:00 no such item")
		os.Exit(1)
	}
	fmt.Print(os.Getenv("STORED"))
}
