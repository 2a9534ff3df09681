package workspace

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	slashpath "path"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Archives are told by their first bytes, whatever they are called, and their entries are scanned as they are
// unpacked: nothing is written to disk. A small archive can unpack to more than a disk holds, so all that
// an outermost one unpacks to, archives within archives too, shares one budget.
const (
	maxDepth     = 4
	maxUnpacked  = 256 << 20
	maxEntries   = 100_000
	maxDirectory = 8 << 20 // bytes of a zip, which is read before its entries
	// maxHeld is how much of zips is held in memory: those within others can only be read so.
	maxHeld = 32 << 20
	// Nothing that people pack shrinks to a 200th, except where it is small.
	maxRatio  = 200
	ratioFrom = 32 << 20
)

// errBudget ends the whole of an outermost archive.
var errBudget = errors.New("the rest of the archive is left out")

var errDamaged = errors.New("it is damaged")

// outer is the budget of an outermost archive.
type outer struct {
	size     int64 // packed; 0 if it is not known
	room     int64 // for what it unpacks to
	unpacked int64
	split    int64 // of that, and of a tar itself, what tars were taken apart into
	most     int   // entries
	entries  int
	held     int64
	asked    int64 // of memory for zips
}

// metered counts what is unpacked.
type metered struct {
	r io.Reader
	o *outer
	n *int64 // what of it is counted
}

func (m metered) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	*m.n += int64(n)
	switch {
	case *m.n > m.o.room:
		return n, fmt.Errorf("it unpacks to more than %d MiB: %w", m.o.room>>20, errBudget)
	case m.o.size > 0 && *m.n > ratioFrom && *m.n/maxRatio > m.o.size:
		return n, fmt.Errorf("it unpacks to more than 200 times its size: %w", errBudget)
	}
	return n, err
}

// archiveKind tells an archive by its first bytes; it is empty for everything else.
func archiveKind(head []byte) string {
	begins := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case begins("PK\x03\x04"), begins("PK\x05\x06"): // the second has no entries
		return "zip"
	case begins("\x1f\x8b\x08"):
		return "gzip"
	case begins("\x28\xb5\x2f\xfd"):
		return "zstd"
	case begins("BZh") && len(head) >= 10 && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return "bzip2"
	case len(head) >= 262 && string(head[257:262]) == "ustar" && bytes.IndexByte(head[:257], 0) >= 0: // a text has no NUL
		return "tar"
	}
	return ""
}

// archive scans what an input unpacks to. head was read of it already, into the buffer that the entries need.
func (w *worker) archive(kind string, in input, head []byte) error {
	if in.depth++; in.depth > maxDepth {
		return w.failed(in, fmt.Errorf("it stands in %d archives: unpack the outer ones", maxDepth))
	}
	in.r = io.MultiReader(bytes.NewReader(bytes.Clone(head)), in.r)
	var err error
	switch kind {
	case "zip":
		err = w.zip(in)
	case "gzip":
		err = w.gzip(in)
	case "zstd":
		err = w.zstd(in)
	case "bzip2":
		err = w.compressed(in, telling{bzip2.NewReader(in.r)})
	case "tar":
		err = w.tar(in)
	}
	return w.failed(in, err)
}

// metered counts what comes out of an unpacker.
func (w *worker) metered(r io.Reader) metered { return metered{r, w.outer, &w.outer.unpacked} }

// entry scans something that an archive holds.
func (w *worker) entry(in input, name string, size int64, r metered) error {
	if w.outer.entries++; w.outer.entries > w.outer.most {
		return fmt.Errorf("it has more than %d entries: %w", w.outer.most, errBudget)
	}
	name = strings.TrimPrefix(slashpath.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
	inner := input{name: in.name + "!" + name, r: r, size: max(0, size), depth: in.depth}
	if in.path != "" {
		inner.path = in.path + "/" + name
	}
	return w.content(inner)
}

// compressed scans what a compressed file holds: an archive's entries, or a single file, whose name is the
// outer one's without its ending.
func (w *worker) compressed(in input, r io.Reader) error {
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && n == 0 && err != io.EOF {
		return err
	}
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	if archiveKind(head[:n]) == "tar" {
		in.r = w.metered(r)
		return w.tar(in)
	}
	name := slashpath.Base(strings.ReplaceAll(in.name, "!", "/"))
	if ending := slashpath.Ext(name); ending == ".gz" || ending == ".bz2" || ending == ".zst" {
		name = strings.TrimSuffix(name, ending)
	}
	return w.entry(in, name, 0, w.metered(r))
}

func (w *worker) gzip(in input) error {
	r, err := gzip.NewReader(in.r)
	if err != nil {
		return damaged(err)
	}
	return w.compressed(in, telling{r})
}

func (w *worker) zstd(in input) error {
	r, err := zstd.NewReader(in.r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(32<<20))
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	return w.compressed(in, telling{r})
}

// telling says of an unpacker's errors what they mean.
type telling struct{ r io.Reader }

func (t telling) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return n, err
}

func damaged(err error) error {
	switch {
	case errors.Is(err, errBudget), errors.Is(err, errDamaged):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it ends too early", errDamaged)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return errors.New("unpacking it takes more than 32 MiB of memory")
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

func (w *worker) tar(in input) error {
	r := tar.NewReader(in.r)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
			continue
		}
		if err := w.entry(in, h.Name, h.Size, metered{telling{r}, w.outer, &w.outer.split}); err != nil {
			return err
		}
	}
}

func (w *worker) zip(in input) error {
	at, size, err := w.seekable(in)
	if err != nil {
		return err
	}
	directory := &directoryReader{at, maxDirectory}
	z, err := zip.NewReader(directory, size)
	if directory.left < 0 {
		return errors.New("its directory is larger than 8 MiB")
	}
	if err != nil {
		return damaged(err)
	}
	directory.left = 1 << 62
	encrypted, first := 0, ""
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if f.Flags&1 != 0 {
			if encrypted++; encrypted == 1 {
				first = f.Name
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			w.fail(in.name+"!"+f.Name, unpacking(f, err))
			continue
		}
		err = w.entry(in, f.Name, int64(f.UncompressedSize64), w.metered(telling{r}))
		_ = r.Close() // it was only read
		if err != nil {
			return err
		}
	}
	if encrypted > 0 {
		return fmt.Errorf("%d of its entries are encrypted, %q is the first", encrypted, first)
	}
	return nil
}

func unpacking(f *zip.File, err error) error {
	if errors.Is(err, zip.ErrAlgorithm) {
		return fmt.Errorf("it is packed by method %d, which is not known", f.Method)
	}
	return damaged(err)
}

// seekable is a zip as it must be read, from its end: the file itself, or what can be held of it.
func (w *worker) seekable(in input) (io.ReaderAt, int64, error) {
	if in.at != nil {
		return in.at, in.size, nil
	}
	if w.outer.held == 0 {
		w.large.Lock() // until the outermost archive is done
		w.outer.held++
	}
	if w.outer.asked += in.size; w.outer.asked > w.outer.room { // a size may be a lie that costs its memory
		return nil, 0, fmt.Errorf("its zips are larger than %d MiB: %w", w.outer.room>>20, errBudget)
	}
	room := maxHeld - w.outer.held
	var text bytes.Buffer
	if in.size <= room {
		text.Grow(int(in.size) + bytes.MinRead) // it is not read into one that grows, which would take twice as much
		if _, err := text.ReadFrom(io.LimitReader(in.r, room+1)); err != nil {
			return nil, 0, err
		}
	}
	if in.size > room || int64(text.Len()) > room {
		return nil, 0, errors.New("a zip that is not a file of its own is opened up to 32 MiB: unpack what it stands in")
	}
	w.outer.held += int64(text.Len())
	return bytes.NewReader(text.Bytes()), int64(text.Len()), nil
}

// directoryReader ends a zip's directory that would fill the memory.
type directoryReader struct {
	io.ReaderAt
	left int64
}

func (d *directoryReader) ReadAt(b []byte, at int64) (int, error) {
	if d.left -= int64(len(b)); d.left < 0 {
		return 0, errors.New("too large")
	}
	return d.ReaderAt.ReadAt(b, at)
}
