package daemon

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
)

// ours is a listener that only programs of this account reach, where the system tells whose they are: on Linux. An address that
// opens something stands in the browser's arguments, which other accounts can read there.
type ours struct{ net.Listener }

func (l ours) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || mayReach(accountOf(c)) {
			return c, err
		}
		_ = c.Close()
	}
}

// mayReach tells whether an account is this one or the system's own, through which forwarders come, or nobody knows.
func mayReach(account int, known bool) bool { return !known || account == os.Getuid() || account == 0 }

// accountOf is who is at the other end of a connection within this machine.
func accountOf(c net.Conn) (account int, known bool) {
	from, ok := c.RemoteAddr().(*net.TCPAddr)
	to, also := c.LocalAddr().(*net.TCPAddr)
	if !ok || !also {
		return 0, false
	}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := os.Open(name)
		if err != nil {
			continue
		}
		account, known = accountIn(table, from.Port, to.Port)
		_ = table.Close()
		if known {
			return account, true
		}
	}
	return 0, false
}

// accountIn finds in a table of the system's connections whose one is, by the ports of both its ends.
func accountIn(table io.Reader, from, to int) (account int, known bool) {
	for lines := bufio.NewScanner(table); lines.Scan(); {
		col := strings.Fields(lines.Text())
		if len(col) > 7 && strings.HasSuffix(col[1], fmt.Sprintf(":%04X", from)) && strings.HasSuffix(col[2], fmt.Sprintf(":%04X", to)) {
			account, err := strconv.Atoi(col[7])
			return account, err == nil
		}
	}
	return 0, false
}
