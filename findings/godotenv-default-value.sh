#!/usr/bin/env bash
# joho/godotenv v1.5.1 expands variables, and does not know the shell's default values: what stands for "fallback if it is
# not set" becomes a value of its own, with the sign in front and the brace behind. The letters of a password may so differ between the
# program that reads an .env file and the shell that sources it.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/joho/godotenv"
)

func main() {
	read, err := godotenv.Unmarshal("A=${UNSET_IN_HERE:-fallback}\n")
	fmt.Printf("%q %v\n", read["A"], err)
}
GO
go mod init finding >/dev/null 2>&1
go get github.com/joho/godotenv@v1.5.1 >/dev/null 2>&1
said=$(go run .)
shell=$(sh -c 'A=${UNSET_IN_HERE:-fallback}; printf %s "$A"')
echo "godotenv v1.5.1: $said; a shell: \"$shell\""
[ "$said" = '":-fallback}" <nil>' ] && [ "$shell" = fallback ]
