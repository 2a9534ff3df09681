package proxy

import (
	"maps"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// limits are what may go to a provider in a minute and in a day, and how many findings of a class. An agent that has
// gone astray is stopped by them, whatever it sends. Who holds the proxy keeps the days' counts over its restarts.
type limits struct {
	mu      sync.Mutex
	buckets map[bucket]*rate.Limiter
	days    map[string]Day
	sent    func(map[string]Day)
}

// bucket is a provider's requests, or its findings of a class. A changed limit is another bucket.
type bucket struct {
	provider string
	class    detect.Class
	limit    int
}

// Day is how many requests went to a provider on a date.
type Day struct {
	Date string `json:"date"`
	Sent int    `json:"sent"`
}

// admit counts a request, or says how long it has to wait.
func (l *limits) admit(provider string, of policy.Limits, now time.Time) *failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	if fail := l.take(bucket{provider, "", of.PerMinute}, 1, now); fail != nil {
		return fail
	}
	if of.PerDay > 0 {
		d := l.days[provider]
		if today := now.Format(time.DateOnly); d.Date != today {
			d = Day{Date: today}
		}
		if d.Sent >= of.PerDay {
			return refuse(http.StatusForbidden, "day_budget", "the "+strconv.Itoa(of.PerDay)+" requests that the settings allow "+provider+" in a day are used up: go on tomorrow, or raise providers."+provider+".limits.per_day")
		}
		d.Sent++
		l.days[provider] = d
		l.sent(maps.Clone(l.days))
	}
	return nil
}

// admitFindings counts what was found in a request by class.
func (l *limits) admitFindings(provider string, of policy.LimitsByClass, found map[string]int, now time.Time) *failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	for class, limit := range map[detect.Class]int{
		detect.Credential: of.Credential, detect.PII: of.PII, detect.PHI: of.PHI, detect.PCI: of.PCI, detect.Proprietary: of.Proprietary, detect.Internal: of.Internal,
	} {
		if n := found[string(class)]; n > 0 {
			if fail := l.take(bucket{provider, class, limit}, n, now); fail != nil {
				return fail
			}
		}
	}
	return nil
}

// take takes n from a bucket that a minute fills.
func (l *limits) take(b bucket, n int, now time.Time) *failure {
	if b.limit == 0 {
		return nil
	}
	lim := l.buckets[b]
	if lim == nil {
		if l.buckets == nil {
			l.buckets = map[bucket]*rate.Limiter{}
		}
		lim = rate.NewLimiter(rate.Every(time.Minute/time.Duration(b.limit)), b.limit)
		l.buckets[b] = lim
	}
	what := "requests"
	if b.class != "" {
		what = "findings of class " + string(b.class)
	}
	if n > b.limit {
		return refuse(http.StatusForbidden, "too_many_findings", "it holds more "+what+" than the settings allow "+b.provider+" in a minute ("+strconv.Itoa(b.limit)+"): send less at a time")
	}
	r := lim.ReserveN(now, n)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	f := refuse(http.StatusTooManyRequests, "rate_limited", "more "+what+" than the settings allow "+b.provider+" in a minute ("+strconv.Itoa(b.limit)+")")
	f.retry, f.after = true, int(math.Ceil(wait.Seconds()))
	return f
}

// limited applies the provider's limits to an exchange whose findings are known.
func (p *Proxy) limited(x *exchange, r *audit.Record) *failure {
	now := time.Now()
	if fail := p.limits.admitFindings(x.provider, x.config.Limits.Findings, r.Classes, now); fail != nil {
		return fail
	}
	return p.limits.admit(x.provider, x.config.Limits, now)
}
