/** Where the usual tools get packages from, to be added to what a set-up may reach. */
export const packageHosts: readonly { name: string; hosts: readonly string[] }[] = [
  { name: "npm", hosts: ["registry.npmjs.org", "registry.yarnpkg.com"] },
  { name: "PyPI", hosts: ["pypi.org", "files.pythonhosted.org"] },
  { name: "crates.io", hosts: ["index.crates.io", "static.crates.io", "crates.io"] },
  { name: "Go", hosts: ["proxy.golang.org", "sum.golang.org"] },
  { name: "Debian", hosts: ["deb.debian.org", "security.debian.org"] },
];
