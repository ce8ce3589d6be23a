package broker

import (
	"strings"
	"testing"
)

// Passwords are verified by the hashes that RabbitMQ 3.10 and 4.3 have made of them.
func TestPasswordHash(t *testing.T) {
	for _, of := range []struct{ algorithm, hash, password string }{
		{"rabbit_password_hashing_sha256", "/xY0T8dcmmoCdG9MFggxw89D+DXWdlyM53Y0CjTsemaUcgWN", "s3cret"},
		{"rabbit_password_hashing_sha256", "rsvTmODik1Cwu+afd7M2bpe6Y1dftFzg4zGzUMssM7o7K00x", "watch"},
		{"rabbit_password_hashing_sha512", "NdIOTNzqTW4yjAUxx9p15imXTX6SvT38f3YU8EHqcPsLEegH9NmMpvsicGDDUv4BntHaLhFJh5BsFCN0UwIh/bifzeI=", "s3cret"},
	} {
		p, err := ParsePasswordHash(of.algorithm, of.hash)
		if err != nil {
			t.Errorf("%s: %v", of.hash, err)
			continue
		}
		if !p.is(of.password) {
			t.Errorf("%s is not taken for the password of %s", of.password, of.hash)
		}
		for _, wrong := range []string{"", of.password + "x", of.password[1:]} {
			if p.is(wrong) {
				t.Errorf("%q is taken for the password of %s", wrong, of.hash)
			}
		}
	}
}

func TestNoPassword(t *testing.T) {
	p, err := ParsePasswordHash("rabbit_password_hashing_sha256", "")
	if err != nil || p.is("") || p.is("x") {
		t.Errorf("a user without a password can log in, or %v", err)
	}
}

func TestWrongPasswordHash(t *testing.T) {
	for _, wrong := range []struct{ algorithm, hash, want string }{
		{"rabbit_password_hashing_md5", "UZx45RSDGFDn5A+VC5UDkdqA+xM=", "passwords hashed by rabbit_password_hashing_md5 cannot be verified"},
		{"rabbit_password_hashing_sha256", "UZx45RSDGFDn5A+VC5UDkdqA+xM=", "has not the length of one"},
		{"rabbit_password_hashing_sha256", "*", "is not base64"},
	} {
		if _, err := ParsePasswordHash(wrong.algorithm, wrong.hash); err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%s %s: %v, want %s", wrong.algorithm, wrong.hash, err, wrong.want)
		}
	}
}
