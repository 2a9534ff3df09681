package assistants

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
)

// cloud is a service that an assistant can be told to use instead of its vendor's own, at an address of its own.
type cloud struct {
	title string
	// switches are the variables that turn it on.
	switches []string
	// variable holds its address; usual is the address without it.
	variable string
	usual    func(get func(string) string) string
	// signed says that a request's signature covers its body, so that nothing in it can be changed.
	signed bool
}

// on tells whether it is turned on, and by what.
func (c cloud) on(get func(string) string) (by string, on bool) {
	for _, name := range c.switches {
		if v := get(name); v != "" && v != "0" && v != "false" {
			return name, true
		}
	}
	return "", false
}

// chosen is the cloud that is turned on, and our address that leads to it. It is an error if no provider does, since the
// assistant would go to it past the proxy.
func chosen(all []cloud, get func(string) string, p Proxy) (cloud, string, error) {
	for _, c := range all {
		by, on := c.on(get)
		if !on {
			continue
		}
		if c.signed {
			return c, "", errors.New(by + " has it use another cloud, " + c.title + ", so that they cannot be scrubbed: unset it to use the vendor's own API, and then do this again")
		}
		at := get(c.variable)
		if at == "" && c.usual != nil {
			at = c.usual(get)
		}
		to, err := p.instead(at, c.variable, address{})
		if err != nil || to == "" {
			host := "https://..."
			if u, perr := url.Parse(at); perr == nil && u.Host != "" && u.User == nil {
				host = u.Scheme + "://" + u.Host
			}
			return c, "", fmt.Errorf("%s has it use another cloud, %s, and no provider leads there: unset it to use the vendor's own API, "+
				"or name one in config.yaml, with the format that it speaks (providers: {cloud: {format: anthropic, url: %q}}), and then do this again", by, c.title, host)
		}
		return c, to, nil
	}
	return cloud{}, "", nil
}

func vertexHost(region string) string {
	switch region = cmp.Or(region, "global"); region {
	case "global":
		return "https://aiplatform.googleapis.com"
	case "us", "eu":
		return "https://aiplatform." + region + ".rep.googleapis.com"
	}
	return "https://" + region + "-aiplatform.googleapis.com"
}
