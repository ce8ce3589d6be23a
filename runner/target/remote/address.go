package remote

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"tutor/runner/stage"
)

// address is an AMQP URL with one or more hosts.
type address struct {
	secure bool
	login  stage.Login
	hosts  []host
	vhost  string
}

type host struct {
	name string
	port int
}

func (h host) String() string { return net.JoinHostPort(h.name, strconv.Itoa(h.port)) }

// String is the URL without its password.
func (a address) String() string {
	hosts := make([]string, len(a.hosts))
	for i, h := range a.hosts {
		hosts[i] = h.String()
	}
	return fmt.Sprintf("%s://%s@%s/%s", a.scheme(), url.PathEscape(a.login.User), strings.Join(hosts, ","), url.PathEscape(a.vhost))
}

func (a address) scheme() string {
	if a.secure {
		return "amqps"
	}
	return "amqp"
}

// The ports that IANA has assigned to AMQP.
const (
	plainPort  = 5672
	securePort = 5671
)

var errURL = errors.New("want a URL such as amqp://user:password@host1:5672,host2:5672/vhost")

// parse reads amqp(s)://[user:password@]host[:port][,host[:port]]...[/vhost]. Its errors do not repeat
// the URL, which may carry a password.
func parse(rawURL string) (address, error) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	a := address{secure: scheme == "amqps", login: stage.Login{User: "guest", Password: "guest"}, vhost: "/"}
	if !ok || (scheme != "amqp" && scheme != "amqps") {
		return a, errURL
	}
	if strings.ContainsAny(rest, "?#") {
		return a, fmt.Errorf("%w, without options", errURL)
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		// url.Parse knows how user and password are escaped.
		u, err := url.Parse("amqp://" + rest[:at] + "@host")
		if err != nil || u.User == nil {
			return a, fmt.Errorf("user and password: %w", errURL)
		}
		a.login.User = u.User.Username()
		a.login.Password, _ = u.User.Password()
		rest = rest[at+1:]
	}
	hosts, path, hasPath := strings.Cut(rest, "/")
	if hasPath && path != "" {
		vhost, err := url.PathUnescape(path)
		if err != nil {
			return a, fmt.Errorf("vhost: %w", errURL)
		}
		a.vhost = vhost
	}
	for part := range strings.SplitSeq(hosts, ",") {
		h, err := parseHost(part, a.secure)
		if err != nil {
			return a, err
		}
		a.hosts = append(a.hosts, h)
	}
	return a, nil
}

func parseHost(text string, secure bool) (host, error) {
	h := host{name: text, port: plainPort}
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		h.name = text[1 : len(text)-1]
	}
	if secure {
		h.port = securePort
	}
	if name, port, err := net.SplitHostPort(text); err == nil {
		h.name = name
		if h.port, err = strconv.Atoi(port); err != nil || h.port < 1 || h.port > 65535 {
			return h, fmt.Errorf("port %q: %w", port, errURL)
		}
	} else if strings.Count(text, ":") == 1 {
		return h, fmt.Errorf("host %q: %w", text, errURL)
	}
	switch {
	case h.name == "":
		return h, fmt.Errorf("a host is missing: %w", errURL)
	case strings.ContainsAny(h.name, "[]/@ ") || (strings.Contains(h.name, ":") && net.ParseIP(h.name) == nil):
		return h, fmt.Errorf("host %q: %w", h.name, errURL)
	}
	return h, nil
}
