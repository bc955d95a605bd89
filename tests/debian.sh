#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# debian.sh CMODX SOURCE_ROOT: the Debian packaging can be read, has the version of the program, and asks for what ./setup
# installs. Builds nothing; skipped where there is no dpkg-dev.
set -u
cmodx=$(realpath "$1")
cd "$2" || exit 1
command -v dpkg-parsechangelog >/dev/null || {
    echo 'skipped: no dpkg-dev'
    exit 77
}
failed=0
bad() {
    echo "FAILED: $1"
    failed=$((failed + 1))
}

field() {
    dpkg-parsechangelog -l debian/changelog -S "$1"
}
[ "cmodx $(field Version)" = "$("$cmodx" --version)" ] || bad "debian/changelog is about $(field Version)"
[ "$(field Source)" = cmodx ] || bad "debian/changelog is about $(field Source)"
[ "$(cat debian/source/format)" = '3.0 (native)' ] || bad 'debian/source/format'
[ -x debian/rules ] || bad 'debian/rules is not executable'

# What can be depended on, by the words of dpkg itself.
dependencies=$(perl -MDpkg::Control::Info -MDpkg::Deps -e '
    my $control = Dpkg::Control::Info->new("debian/control");
    my $needs = deps_parse($control->get_source->{"Build-Depends"}, build_dep => 1) or die "Build-Depends";
    my $package = $control->get_pkg_by_name("cmodx") or die "no package cmodx";
    my $depends = $package->{Depends} =~ s/\$\{[^}]*\},?\s*//gr;
    defined deps_parse($depends) or die "Depends";
    print join "\n", map { $_->{package} } $needs->get_deps;
' 2>&1) || bad "debian/control: $dependencies"

# What a build of the program and its unit tests needs; the other packages are for tests that the package does not run.
for package in $(sed -n "/^packages=/,/'\$/p" setup | tr "'" ' ' | sed 's/^packages=//'); do
    case $package in
    libc6-dev) continue ;; # in every build
    *-dev | *-riscv64-* | meson | pkg-config) ;;
    *) continue ;;
    esac
    echo "$dependencies" | grep -qxF "$package" || bad "debian/control does not build-depend on $package, which ./setup installs"
done
[ "$failed" -eq 0 ]
