package scan

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestURIPath: what is no letter of a path is escaped byte by byte, whatever it is.
func TestURIPath(t *testing.T) {
	for path, want := range map[string]string{
		"a/b-c_d.e~f": "a/b-c_d.e~f", "a b": "a%20b", "é": "%C3%A9", "a:b": "a%3Ab", "\xff%?#": "%FF%25%3F%23", "x.zip!a/b": "x.zip!a/b",
	} {
		if got := uriPath(path); got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}

// TestProgress: a scan that is soon over shows nothing; a longer one says how far it is, and leaves nothing behind.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		files := int64(0)
		so := func() (int64, int64) { files += 100; return files, files * 1e6 }
		stop := showProgress(&out, so)
		<-time.After(200 * time.Millisecond) // of the bubble, not of a clock
		if stop(); out.Len() > 0 {
			t.Errorf("it shows %q", out.String())
		}
		stop = showProgress(&out, so)
		<-time.After(450 * time.Millisecond) // of the bubble, not of a clock
		stop()
		want := clearLine + "100 files, 100 MB, 333 MB/s" + clearLine + "200 files, 200 MB, 500 MB/s" + clearLine
		if out.String() != want {
			t.Errorf("it shows %q, want %q", out.String(), want)
		}
	})
}
