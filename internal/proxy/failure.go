package proxy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// failure is an answer of our own. It has two texts: message is for the caller, cause for the log.
type failure struct {
	status  int
	code    string
	message string
	cause   error
	// ours: a part of ours is not as it should be, and the person has to know.
	ours bool
	// challenge asks for what Proxy-Authorization holds.
	challenge bool
	// retry lets the vendor's SDK try again by its own rules; without it a refusal would be hammered.
	retry bool
	// after is when, in seconds, if that is known.
	after int
	// recorded writes it down, where that was left to whoever sends the request elsewhere and then did not.
	recorded func() *failure
}

func refuse(status int, code, message string) *failure {
	return &failure{status: status, code: code, message: message}
}

// to is the failure as whoever sent a request is told of it. On Responses a refusal is always a 400: Codex sends a request
// that was answered with 401, 403, 404 or 422 six times, whatever X-Should-Retry says, and shows its own text for it.
func (f *failure) to(r *http.Request) *failure {
	path := strings.TrimRight(r.URL.Path, "/")
	if f.retry || f.status == http.StatusTooManyRequests || r.Method != http.MethodPost ||
		!strings.HasSuffix(path, "/responses") && !strings.Contains(path, "/responses/") {
		return f
	}
	refused := *f
	refused.status = http.StatusBadRequest
	return &refused
}

// closed is the failure of a part without which nothing may go out.
func closed(part string, err error) *failure {
	return &failure{
		status: http.StatusForbidden, code: part + "_unavailable", cause: err, ours: true,
		message: "Scrubjay sent nothing, because its " + part + " is not available: run scrubjay doctor",
	}
}

// internalFailure is a bug of ours: the place it happened at, and nothing of what was worked on.
func internalFailure(any) *failure {
	place := "unknown place"
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	for {
		f, more := frames.Next()
		if strings.Contains(f.Function, "scrubjay") {
			place = fmt.Sprintf("%s:%d", f.Function[strings.LastIndexByte(f.Function, '/')+1:], f.Line)
			break
		}
		if !more {
			break
		}
	}
	return &failure{
		status: http.StatusForbidden, code: "internal_error", cause: fmt.Errorf("a bug at %s", place), ours: true,
		message: "Scrubjay sent nothing, because it met a bug of its own: please report it with the output of scrubjay doctor",
	}
}

// write sends the failure in the vendor's own shape, or in OpenAI's, which most clients read, where no
// vendor is known.
func (f *failure) write(w http.ResponseWriter, format *wire.Format) {
	body, contentType := []byte(nil), "application/json"
	if format != nil {
		body, contentType = format.Error(f.status, f.code, f.message)
	} else {
		body, _ = json.Marshal(map[string]any{"error": map[string]any{"message": f.message, "type": "scrubjay", "code": f.code}})
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Scrubjay-Error", f.code)
	if f.after > 0 {
		h.Set("Retry-After", strconv.Itoa(f.after))
	}
	if f.challenge {
		h.Set("Proxy-Authenticate", `Basic realm="Scrubjay"`)
	}
	if !f.retry {
		h.Set("X-Should-Retry", "false")
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(body) // the caller went away: there is nobody to tell
}
