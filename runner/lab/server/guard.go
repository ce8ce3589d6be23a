package server

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"tutor/runner/lab/page"
)

// guarded lets only those in who may, and has browsers keep strangers out of what they get.
func (s *Server) guarded(inside http.Handler) http.Handler {
	inside = http.NewCrossOriginProtection().Handler(inside)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			http.Error(w, "the server is closing", http.StatusServiceUnavailable)
			return
		}
		defer s.leave()
		protect(w.Header())
		if !isMeant(r) {
			http.Error(w, "this server answers to 127.0.0.1 and localhost only", http.StatusMisdirectedRequest)
			return
		}
		inside.ServeHTTP(w, r)
	})
}

// isMeant reports whether a request is for this machine by name. A page elsewhere whose name is made to lead here has
// its browser send that name.
func isMeant(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	_, port, err := net.SplitHostPort(local.String())
	if err != nil {
		return false
	}
	host, given, err := net.SplitHostPort(r.Host)
	if err != nil { // browsers leave the usual port out
		host, given = strings.Trim(r.Host, "[]"), "80"
	}
	return given == port && slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, strings.ToLower(host))
}

// protect says what browsers must not do with what they get, whatever it is.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", page.Server.Policy()+"; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
}
