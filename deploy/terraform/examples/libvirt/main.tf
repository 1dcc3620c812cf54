# Two virtual machines on a host with KVM, and a network of their own behind NAT: the shop's takes connections from the monitoring host and
# over SSH, and nothing else. This machine reaches both, as it is their gateway.

terraform {
  required_version = ">= 1.5"
  required_providers {
    libvirt = {
      source  = "dmacvicar/libvirt"
      version = "~> 0.8.3"
    }
  }
}

variable "uri" {
  description = "Which libvirt makes them."
  type        = string
  default     = "qemu:///system"
}

variable "pool" {
  description = "Storage pool of the disks."
  type        = string
  default     = "default"
}

variable "image" {
  description = "Debian 12's cloud image, an address or a file."
  type        = string
  default     = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"
}

variable "shop_size" {
  description = "Processors and memory (MiB) of the shop's host."
  type        = object({ vcpu = number, memory = number })
  default     = { vcpu = 2, memory = 4096 }
}

variable "observability_size" {
  description = "Processors and memory (MiB) of the monitoring host."
  type        = object({ vcpu = number, memory = number })
  default     = { vcpu = 2, memory = 6144 }
}

variable "cidr" {
  description = "The network of the two, a /24."
  type        = string
  default     = "10.30.0.0/24"
}

variable "private_key_path" {
  description = "File with the private key; the public one lies beside it as `.pub`."
  type        = string
}

variable "release" {
  description = "See the module."
  type        = string
  default     = "0.1.0"
}

variable "users" {
  description = "Simulated users."
  type        = number
  default     = 30
}

provider "libvirt" {
  uri = var.uri
}

locals {
  gateway = cidrhost(var.cidr, 1)
  hosts = {
    shop          = { address = cidrhost(var.cidr, 11), size = var.shop_size, ports = [] }
    observability = { address = cidrhost(var.cidr, 12), size = var.observability_size, ports = [7400, 7471] }
  }
}

resource "libvirt_network" "firedrill" {
  name      = "firedrill"
  mode      = "nat"
  addresses = [var.cidr]
  dhcp {
    enabled = true
  }
}

resource "libvirt_volume" "image" {
  name   = "firedrill-debian-12.qcow2"
  pool   = var.pool
  source = var.image
  format = "qcow2"
}

resource "libvirt_volume" "disk" {
  for_each = local.hosts

  name           = "firedrill-${each.key}.qcow2"
  pool           = var.pool
  base_volume_id = libvirt_volume.image.id
  size           = 20 * 1024 * 1024 * 1024
}

resource "libvirt_cloudinit_disk" "host" {
  for_each = local.hosts

  name = "firedrill-${each.key}.iso"
  pool = var.pool
  user_data = join("\n", ["#cloud-config", yamlencode({
    hostname     = "firedrill-${each.key}"
    disable_root = false
    users        = [{ name = "root", ssh_authorized_keys = [trimspace(file(pathexpand("${var.private_key_path}.pub")))] }]
    packages     = ["nftables"]
    write_files = [{
      path    = "/etc/nftables.conf"
      content = <<-EOT
        flush ruleset
        table inet firedrill {
          chain input {
            type filter hook input priority 0; policy drop;
            ct state established,related accept
            iif lo accept
            icmp type echo-request accept
            ip saddr ${local.gateway} tcp dport 22 accept
            %{if length(each.value.ports) > 0}
            ip saddr { ${local.gateway}, ${local.hosts.shop.address} } tcp dport { ${join(", ", each.value.ports)} } accept
            %{endif}
          }
        }
      EOT
    }]
    runcmd = [["systemctl", "enable", "--now", "nftables"]]
  })])
}

resource "libvirt_domain" "host" {
  for_each = local.hosts

  name      = "firedrill-${each.key}"
  vcpu      = each.value.size.vcpu
  memory    = each.value.size.memory
  cloudinit = libvirt_cloudinit_disk.host[each.key].id

  cpu {
    mode = "host-passthrough"
  }
  disk {
    volume_id = libvirt_volume.disk[each.key].id
  }
  network_interface {
    network_id     = libvirt_network.firedrill.id
    addresses      = [each.value.address]
    wait_for_lease = true
  }
  console {
    type        = "pty"
    target_type = "serial"
    target_port = "0"
  }
}

module "range" {
  source = "../../modules/range"

  shop           = { host = libvirt_domain.host["shop"].network_interface[0].addresses[0], private_key_path = var.private_key_path }
  observability  = { host = libvirt_domain.host["observability"].network_interface[0].addresses[0], private_key_path = var.private_key_path }
  console_listen = "0.0.0.0"
  console_names  = [local.hosts.observability.address]
  release        = var.release
  users          = var.users
}

output "console_url" {
  value = module.range.console_url
}

output "login_command" {
  value = module.range.login_command
}
