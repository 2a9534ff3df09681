package daemon

import (
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
)

const connections = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 102 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 103 1 0000000000000000 20 4 30 10 -1
   3: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 104 1 0000000000000000 20 4 30 10 -1
`

// TestAccountIn: it is the other end's line that says whose a connection is.
func TestAccountIn(t *testing.T) {
	for from, want := range map[int]int{0xC350: 1001, 0xC351: 1002, 0xC352: -1} {
		account, known := accountIn(strings.NewReader(connections), from, 0x1F90)
		if known != (want >= 0) || known && account != want {
			t.Errorf("port %d: %d, %v", from, account, known)
		}
	}
}

// TestOnlyOurs: another account may not, where it is known.
func TestOnlyOurs(t *testing.T) {
	if !mayReach(os.Getuid(), true) || !mayReach(0, true) || !mayReach(4711, false) || mayReach(os.Getuid()+4711, true) {
		t.Error("the wrong ones may reach it")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in, err := ours{l}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if account, known := accountOf(in); runtime.GOOS == "linux" && (!known || account != os.Getuid()) {
		t.Errorf("our own connection is of %d, %v", account, known)
	}
}
