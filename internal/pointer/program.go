package pointer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// mostOutput is how much of what a program prints is read.
const mostOutput = 1 << 20

// run has a store's program read input and says what it printed. Of what goes wrong it tells what the program said
// on standard error, where no store's program prints a value.
func (m Machine) run(ctx context.Context, input []byte, name string, args ...string) ([]byte, error) {
	if _, err := exec.LookPath(name); err != nil {
		return nil, fmt.Errorf("the program %s is not on the PATH", name)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Dir = m.Environment, m.Folder
	cmd.WaitDelay = time.Second // what it started may hold its output open
	var out, problem limited
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &problem
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s says: %s", filepath.Base(name), problem.said(err))
	}
	if out.over {
		return nil, errors.New("it is too long for an environment")
	}
	return out.Bytes(), nil
}

// limited takes what a program prints, and no more than a value can be long.
type limited struct {
	bytes.Buffer
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > mostOutput {
		l.over = true
		return len(p), nil
	}
	return l.Buffer.Write(p)
}

// said is the first line with something in it and the last, fit to be shown: programs differ in which of them says what is wrong.
func (l *limited) said(otherwise error) string {
	var lines []string
	for line := range strings.FieldsFuncSeq(l.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return -1
		}, line))
		if strings.ContainsFunc(line, unicode.IsLetter) {
			lines = append(lines, line[:min(len(line), 200)])
		}
	}
	switch n := len(lines); n {
	case 0:
		return otherwise.Error()
	case 1:
		return lines[0]
	default:
		return lines[0] + " ... " + lines[n-1]
	}
}
