package proxy

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// bodyLimit is the largest body, decompressed, that is taken in either direction.
const bodyLimit = 64 << 20

var errTooLarge = errors.New("body over 64 MiB")

// readBody reads a request's body whole. Its type must be JSON or form-data, whose boundary is told.
func readBody(r *http.Request) (body []byte, boundary string, fail *failure) {
	body, err := readAll(r.Body, r.Header.Get("Content-Encoding"), r.ContentLength)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, "", refuse(http.StatusRequestEntityTooLarge, "too_large", "the request is over 64 MiB, decompressed, and cannot be scanned: send less at a time")
	case errors.Is(err, errEncoding):
		return nil, "", refuse(http.StatusUnsupportedMediaType, "bad_encoding", err.Error()+": send identity, gzip, deflate, br or zstd")
	case err != nil:
		f := refuse(http.StatusBadRequest, "bad_body", "the request's body could not be read to its end")
		f.cause = err
		return nil, "", f
	}
	if len(body) == 0 {
		return nil, "", nil
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")):
		return body, "", nil
	case err == nil && kind == "multipart/form-data" && parameters["boundary"] != "":
		return body, parameters["boundary"], nil
	}
	return nil, "", notJSON()
}

// read lists the texts of the request's body.
func (x *exchange) read(body []byte) (*wire.Request, error) {
	if x.boundary != "" {
		return wire.Multipart(body, x.boundary)
	}
	return x.route.Request(body)
}

func notJSON() *failure {
	return refuse(http.StatusUnsupportedMediaType, "not_json", "only JSON can be scrubbed here, and form-data where files are sent, so nothing else is forwarded: set Content-Type: application/json")
}

var errEncoding = errors.New("unknown Content-Encoding")

// trusted is how much memory a body gets on the word of its header alone.
const trusted = 1 << 20

// readAll reads and decompresses up to the limit. A bomb costs no more than the limit: decompression
// stops there. length is what the header says, or -1.
func readAll(body io.Reader, encoding string, length int64) ([]byte, error) {
	var in io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		in = body
	case "gzip", "x-gzip":
		in, err = gzip.NewReader(io.LimitReader(body, bodyLimit+1))
	case "deflate":
		in, err = zlib.NewReader(io.LimitReader(body, bodyLimit+1))
	case "br":
		in = brotli.NewReader(io.LimitReader(body, bodyLimit+1))
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(io.LimitReader(body, bodyLimit+1), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(bodyLimit)); err == nil {
			defer d.Close()
			in = d
		}
	default:
		return nil, errEncoding
	}
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	var buf bytes.Buffer
	if length > 0 { // and room to see that it ends there
		buf.Grow(int(min(length, trusted)) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(in, bodyLimit+1))
	if err == nil && n > bodyLimit || errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		return nil, errTooLarge
	}
	return buf.Bytes(), err
}
