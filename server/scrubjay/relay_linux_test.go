package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// What containers, virtual machines and other machines are to a relay: another network, with one way to it or none, and other
// files. Namespaces have them without any of those programs.

// namespaces skips a test where there are none to be had.
func namespaces(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range append(programs, "unshare", "ip") {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not here")
		}
	}
	if out, err := exec.Command("unshare", "--net", "--mount", "sh", "-c", "ip link set lo up && mount -t tmpfs none /mnt").CombinedOutput(); err != nil {
		t.Skipf("there are no namespaces here, or this is not root: %s", out)
	}
}

// container is a command line that runs another in a network of its own, where nothing of here is below $HERE, and $MOUNTED
// is mounted at $INSIDE.
const container = `ip link set lo up
mkdir -p "$INSIDE" && mount --bind "$MOUNTED" "$INSIDE" && mount -t tmpfs none "$HERE"
exec "$@"`

func (o *outpost) contained(mounted, inside string, words ...string) []string {
	vars := []string{"env", "MOUNTED=" + mounted, "INSIDE=" + inside, "HERE=" + filepath.Join(o.dir, "here")}
	return append(append(vars, "unshare", "--net", "--mount", "sh", "-euc", container, "sh"), words...)
}

// TestRelayIntoAContainer: a container without any network, in which a relay's socket is mounted.
func TestRelayIntoAContainer(t *testing.T) {
	namespaces(t)
	o := newOutpost(t)
	mounted, inside := filepath.Join(o.dir, "mounted"), filepath.Join(o.dir, "there", "run")
	address, end := o.relay("--socket", filepath.Join(mounted, "relay.sock"), "--name", "shop")
	socket := filepath.Join(inside, "relay.sock")
	assistant := o.contained(mounted, inside, "scrubjay", "relay", "--to", socket, "--", "scrubjay", "run", "--", "aider")
	o.works(o.there(address), assistant...)
	// Without the program in the container, and with curl's own way to a socket.
	if _, err := exec.LookPath("curl"); err == nil {
		o.works(o.there(address), o.contained(mounted, inside, "sh", "-euc", `exec curl -sS --unix-socket "$1" -H 'Authorization: Bearer c' -H 'Content-Type: application/json' \
			-d '{"model":"m","messages":[{"role":"user","content":"my key is '"$KEY"'"}]}' "$SCRUBJAY_RELAY/openai/v1/chat/completions"`, "sh", socket)...)
	}
	// There is no other way out.
	direct := append(o.there(address), "OPENAI_API_BASE="+o.vendor.URL()+"/v1")
	o.says(direct, "nobody answers", o.contained(mounted, inside, "aider")...)
	// The directory is mounted, so one that is started again is found in a container that was there before.
	end()
	address, _ = o.relay("--socket", filepath.Join(mounted, "relay.sock"), "--name", "shop")
	o.works(o.there(address), assistant...)
}

// TestRelayAcrossALink: another network, such as a container's, a virtual machine's or WSL's, with a link to this machine.
func TestRelayAcrossALink(t *testing.T) {
	namespaces(t)
	// This machine's own network is left alone: this thread gets one, all that is started from here has it, and it ends with the thread.
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		t.Skip(err)
	}
	must := func(words ...string) {
		t.Helper()
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
		}
	}
	must("ip", "link", "set", "lo", "up")
	if out, err := exec.Command("ip", "link", "add", "here0", "type", "veth", "peer", "name", "there0").CombinedOutput(); err != nil {
		t.Skipf("there are no links between networks here: %s", out)
	}
	must("ip", "addr", "add", "10.77.0.1/24", "dev", "here0")
	must("ip", "link", "set", "here0", "up")
	o := newOutpost(t)
	address, _ := o.relay("--listen", "10.77.0.1:7426", "--name", "vm")
	if !strings.HasPrefix(address, "http://10.77.0.1:7426/t/") {
		t.Fatal(address)
	}
	before := len(o.vendor.Requests())
	vm := exec.Command("unshare", "--net", "sh", "-euc", `ip link set lo up; echo ready; read -r go
		ip addr add 10.77.0.2/24 dev there0; ip link set there0 up
		HTTP_PROXY=http://127.0.0.1:9 scrubjay run -- sh -c 'echo "not through a proxy: $NO_PROXY"; exec aider'`)
	vm.Env, vm.Dir = o.there(address), o.dir
	in, err := vm.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := vm.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	vm.Stderr = os.Stderr
	if err := vm.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(out)
	if line, err := said.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	must("ip", "link", "set", "there0", "netns", fmt.Sprint(vm.Process.Pid))
	io.WriteString(in, "go\n")
	text, err := io.ReadAll(said)
	if err != nil {
		t.Fatal(err)
	}
	err = vm.Wait()
	got := o.vendor.Requests()[before:]
	if err != nil || len(got) != 1 || !strings.Contains(string(text), "my key is "+o.key) || !strings.Contains(string(text), "::1,10.77.0.1\n") {
		t.Fatalf("%v, %d requests\n%s", err, len(got), text)
	}
	if strings.Contains(string(got[0].Body), o.key) {
		t.Error("the vendor saw the key")
	}
}

// remote stands where another machine would be: sshd, which speaks to its client over standard input and output, in a network of
// its own. It wants a user of its own, and a directory.
const remote = `ip link set lo up
mount -t tmpfs none /run && mkdir -m 755 /run/sshd
grep -q ^sshd: /etc/passwd || { { cat /etc/passwd; echo sshd:x:65500:65534::/run/sshd:/usr/sbin/nologin; } >"$REMOTE/passwd"; mount --bind "$REMOTE/passwd" /etc/passwd; }
mount -t tmpfs none "$HERE"
exec "$SSHD" -i -e -f "$REMOTE/sshd_config"`

// TestRelayOverSSH: the real ssh forwards a relay's socket to a socket and to a port of another machine.
func TestRelayOverSSH(t *testing.T) {
	namespaces(t, "ssh", "ssh-keygen")
	tree := os.Getenv("SSHD_TREE") // where make test has unpacked it
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		sshd = filepath.Join(tree, "usr/sbin/sshd")
		if _, err := os.Stat(sshd); tree == "" || err != nil {
			t.Skip("no sshd here: make test unpacks it")
		}
	}
	o := newOutpost(t)
	there := filepath.Join(o.dir, "there")
	for _, name := range []string{"host", "person"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(there, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(there, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("sshd_config", fmt.Sprintf("HostKey %[1]s/host\nAuthorizedKeysFile %[1]s/person.pub\nPermitRootLogin yes\nStrictModes no\nUsePAM no\nAcceptEnv SCRUBJAY_RELAY KEY CREDENTIAL\n", there))
	libraries, err := filepath.Glob(filepath.Join(tree, "usr/lib/*-linux-gnu"))
	if err != nil {
		t.Fatal(err)
	}
	write("remote", "#!/bin/sh\nset -eu\nexport SSHD="+sshd+" REMOTE="+there+" HERE="+filepath.Join(o.dir, "here")+" LD_LIBRARY_PATH="+strings.Join(libraries, ":")+"\nexec unshare --net --mount sh -euc '"+remote+"'\n")
	socket := filepath.Join(o.dir, "here", "relay.sock")
	address, _ := o.relay("--socket", socket, "--name", "box")
	ssh := []string{"ssh", "-F", "/dev/null", "-i", filepath.Join(there, "person"), "-o", "ProxyCommand=" + filepath.Join(there, "remote"), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-o", "ExitOnForwardFailure=yes", "-o", "SendEnv=SCRUBJAY_RELAY KEY CREDENTIAL"}
	far := filepath.Join(there, "relay.sock")
	program := "env HOME=" + there + " XDG_STATE_HOME=" + filepath.Join(there, "state") + " PATH=" + os.Getenv("PATH") + " scrubjay "
	o.works(o.there(address), append(ssh, "-R", far+":"+socket, "root@box", program+"relay --to "+far+" -- scrubjay run -- aider")...)
	o.works(o.there(address), append(ssh, "-R", "127.0.0.1:7425:"+socket, "root@box", program+"run -- aider")...)
	o.says(o.there(address), "nobody answers where SCRUBJAY_RELAY says", append(ssh, "root@box", program+"run -- aider")...)
}
