import type { Access, Privilege } from "./access.ts";
import { clusterStatus, createPool, deletePool, haResource, listNodes, listPools, nodeStatus, resources, showPool, updatePool, version } from "./cluster.ts";
import type { Handler } from "./handler.ts";
import type { PARAMETERS } from "./parameters.ts";
import { guestInterfaces, pingAgent, reboot, shutdown, start, stop } from "./power.ts";
import { create, destroy, migrate, resize, update, updateInTask } from "./qemu.ts";
import { deleteVolume, downloadUrl, listContent, listStorages, showVolume, storageStatus, urlMetadata } from "./storage.ts";
import { listTasks, stopTask, taskLog, taskStatus } from "./tasks.ts";
import { currentStatus, listVms, nextId, showConfig } from "./vms.ts";

/** What answers a call, and what its caller must be allowed to. */
type Line = readonly [Handler, ...Privilege[]];

const CREATE = ["VM.Allocate", "VM.Config.Disk", "VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options", "VM.Config.HWType", "Datastore.AllocateSpace"] as const;

/** Every call that is known. */
export const callsOf = (access: Access): Record<keyof typeof PARAMETERS, Line> => ({
  "GET /version": [version],
  "POST /access/ticket": [(_world, args) => access.logIn(args)],
  "GET /access/permissions": [(_world, args, { user }) => access.permissions(user, args)],
  "GET /cluster/resources": [resources],
  "GET /cluster/status": [clusterStatus, "Sys.Audit"],
  "GET /cluster/nextid": [nextId],
  "GET /cluster/ha/resources/{sid}": [haResource, "Sys.Audit"],
  "GET /nodes": [listNodes],
  "GET /nodes/{node}/status": [nodeStatus, "Sys.Audit"],
  "GET /nodes/{node}/query-url-metadata": [urlMetadata, "Sys.AccessNetwork"],
  "GET /nodes/{node}/tasks": [listTasks],
  "DELETE /nodes/{node}/tasks/{upid}": [stopTask],
  "GET /nodes/{node}/tasks/{upid}/log": [taskLog],
  "GET /nodes/{node}/tasks/{upid}/status": [taskStatus],
  "GET /nodes/{node}/storage": [listStorages],
  "GET /nodes/{node}/storage/{storage}/status": [storageStatus, "Datastore.Audit"],
  "GET /nodes/{node}/storage/{storage}/content": [listContent, "Datastore.Audit"],
  "GET /nodes/{node}/storage/{storage}/content/{volume}": [showVolume, "Datastore.Audit"],
  "DELETE /nodes/{node}/storage/{storage}/content/{volume}": [deleteVolume, "Datastore.AllocateTemplate"],
  "POST /nodes/{node}/storage/{storage}/download-url": [downloadUrl, "Datastore.AllocateTemplate", "Sys.AccessNetwork"],
  "GET /nodes/{node}/qemu": [listVms],
  "POST /nodes/{node}/qemu": [create, ...CREATE],
  "DELETE /nodes/{node}/qemu/{vmid}": [destroy, "VM.Allocate"],
  "GET /nodes/{node}/qemu/{vmid}/config": [showConfig, "VM.Audit"],
  "PUT /nodes/{node}/qemu/{vmid}/config": [update, "VM.Config.Options"],
  "POST /nodes/{node}/qemu/{vmid}/config": [updateInTask, "VM.Config.Options"],
  "PUT /nodes/{node}/qemu/{vmid}/resize": [resize, "VM.Config.Disk"],
  "GET /nodes/{node}/qemu/{vmid}/status/current": [currentStatus, "VM.Audit"],
  "POST /nodes/{node}/qemu/{vmid}/status/start": [start, "VM.PowerMgmt"],
  "POST /nodes/{node}/qemu/{vmid}/status/stop": [stop, "VM.PowerMgmt"],
  "POST /nodes/{node}/qemu/{vmid}/status/shutdown": [shutdown, "VM.PowerMgmt"],
  "POST /nodes/{node}/qemu/{vmid}/status/reboot": [reboot, "VM.PowerMgmt"],
  "POST /nodes/{node}/qemu/{vmid}/migrate": [migrate, "VM.Migrate"],
  "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": [guestInterfaces, "VM.GuestAgent.Audit"],
  "POST /nodes/{node}/qemu/{vmid}/agent/ping": [pingAgent, "VM.GuestAgent.Audit"],
  "GET /pools": [listPools],
  "POST /pools": [createPool, "Pool.Allocate"],
  "PUT /pools": [updatePool, "Pool.Allocate"],
  "DELETE /pools": [deletePool, "Pool.Allocate"],
  "GET /pools/{poolid}": [showPool, "Pool.Audit"],
  "PUT /pools/{poolid}": [updatePool, "Pool.Allocate"],
  "DELETE /pools/{poolid}": [deletePool, "Pool.Allocate"],
});
