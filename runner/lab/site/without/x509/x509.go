// Package x509 takes the place of crypto/x509 in the laboratory for browsers, where there are no certificates. It has what
// programs there refer to, and nothing else.
package x509

// Certificate is nobody's.
type Certificate struct{ Subject struct{ CommonName string } }

// CertPool is empty.
type CertPool struct{}

// NewCertPool returns an empty pool.
func NewCertPool() *CertPool { return &CertPool{} }

// SystemCertPool returns an empty pool.
func SystemCertPool() (*CertPool, error) { return NewCertPool(), nil }

// AppendCertsFromPEM finds no certificates.
func (*CertPool) AppendCertsFromPEM([]byte) bool { return false }

// HostnameError is the name's of a certificate that never comes.
type HostnameError struct{}

func (HostnameError) Error() string { return "there are no certificates in a browser" }
